/* note.c - the words of the notes in results; see plain.h.
 *
 * A statistic that cannot be computed, or not in the usual way, sets a bit in its result
 * instead of failing: the analyst still gets the base and what is known. One bit, one sentence,
 * in the order of the bits; a test checks that every bit up to NOTE_LAST has its words.
 */
#include "stat/plain/plain.h"

/* The sentences stand after a figure in tables, so they start small and end without a full
 * stop. */
static const struct {
  unsigned bit;
  const char *text;
} notes[] = {
    {NOTE_DOMAIN, "an argument is outside its domain"},
    {NOTE_EMPTY, "the base is 0"},
    {NOTE_POINT, "this method gives no width here: use another one"},
    {NOTE_EXACT, "not defined at 0 % and 100 %: the Clopper-Pearson interval instead"},
    {NOTE_WHOLE, "needs whole counts: the Clopper-Pearson interval instead"},
    {NOTE_DROPPED, "empty rows or columns left out"},
    {NOTE_NO_TABLE, "fewer than two rows or columns hold answers: no test"},
    {NOTE_SMALL, "an expected count is below 5"},
    {NOTE_NO_PAIRS, "nobody changed between the two answers"},
    {NOTE_NO_VARIANCE, "all values are equal, or there are too few: no test"},
    {NOTE_NORMAL, "normal approximation, because of ties or size"},
    {NOTE_ZEROS, "differences of 0 left out"},
    {NOTE_HALF, "0.5 added to every cell, because one is empty"},
    {NOTE_SIMULATED, "p-value from simulated tables"},
    {NOTE_NO_INFORMATION, "no stratum can tell the groups apart"},
    {NOTE_POPULATION, "everybody in the population would have to be asked"},
    {NOTE_BEYOND, "no sample size reaches this"},
};

/* Looks one bit up; the text is static. */
const char *plain_note_text(unsigned note) {
  for (size_t i = 0; i < sizeof notes / sizeof *notes; i++)
    if (notes[i].bit == note) return notes[i].text;
  return "";
}
