/* one_cell.h - the sums of a request of one cell: no keys, totals by sampling unit.
 *
 * The mean or total of a number over a whole clustered sample is one cell, whose count and squares
 * every row adds to. Kept in memory, as those of many cells must be, each addition waits for the
 * one before it to be stored and read again; here they are kept beside the processor, four running
 * sums each (rows 0, 4, 8, ...; 1, 5, 9, ...; ...), and only the totals by unit go to memory.
 *
 * Traffic of a row, weight in doubles and an item of one-byte codes: 13 bytes read (weight, unit,
 * code), 8 written and read again within the chunk, two totals of a unit read and written in tables
 * of 8 bytes a unit (2,000 units: 16 KB each, which stay near). Measured at 880,000 rows and 2,000
 * units, all of a mean: 4.2 ms on one thread, 2.7 on two. The limit of one, the bare additions
 * to the two tables straight from the columns: 1.6 ms, so 38 % of it is reached.
 *
 * Sums of a chunk are added to what the caller has. Chunks begin where blocks do or a fixed number
 * of rows later (rows.h), so the order of additions does not depend on threads.
 */
#ifndef KERNEL_ONE_CELL_H
#define KERNEL_ONE_CELL_H

#include "kernel/rows.h"

/* Adds the rows of weight other than 0 to n, their squared weights to weight2, and weights to those
 * of their units; `unit` is that of each row of the chunk. */
void one_cell_weigh(const struct rows *k, const uint32_t *unit, int64_t *n, double *weight2,
                    double *unit_weight);

/* Adds w y y of the measure read last to yy, and mass y to the totals of the units; mass: weights
 * of the rows, or what their sums are made of. */
void one_cell_measure(const struct rows *k, const double *mass, const uint32_t *unit, double *yy,
                      double *unit_y);

#endif
