// node polars.mjs FILE REPS TASKS...    tasks: ingest xtab1 xtab90 | all
// POLARS_MAX_THREADS is set by peers.sh. Codes are Int16, text is Categorical.
import { load, file, reps, want, items, banners, threads, run, put } from './common.mjs';

const pl = load('nodejs-polars').default ?? load('nodejs-polars');
const name = `polars-${threads}t`;
const columns = [...items, ...banners];
let d;
const rows = () => d.height;
const read = () => {
  d = null;
  globalThis.gc?.();
  d = pl.readCSV(file, { inferSchemaLength: 20000 });
};

const by = (...names) => d.groupBy(...names).agg(
  pl.col('weight').count().alias('n'), pl.col('weight').sum().alias('w'));

function answer(task, keys, table, weights) {
  for (const row of table.rows()) {
    const groups = row.slice(0, table.width - (weights ? 2 : 1));
    put(task, [...keys, ...groups], 'n', row[groups.length]);
    if (weights) put(task, [...keys, ...groups], 'w', row[groups.length + 1]);
  }
}

read();
const wide = /Utf8|String/.test(d.getColumn('q01').dtype.toString());
if (want('ingest')) {
  const task = wide ? 'ingest_wide' : 'ingest_codes';
  await run(name, task, rows, +reps, read);
  for (const v of wide ? [...columns, 'verbatim'] : columns) {
    answer(task, [v], d.groupBy(v).agg(pl.col('weight').count().alias('n')), false);
  }
  put(task, ['weight'], 'w', d.getColumn('weight').sum());
  put(task, ['rows'], 'n', d.height);
}

const cast = v => pl.col(v).cast(wide && v !== 'year' ? pl.Categorical : pl.Int16);
const label = name + (wide ? '-categorical' : '-i16');
if (want('xtab1') || want('xtab90')) d = d.withColumns(...columns.map(cast));
if (want('xtab1')) {
  let got;
  await run(label, 'xtab1_count', rows, +reps, () => {
    got = d.groupBy('q01', 'gender').agg(pl.col('weight').count().alias('n'));
  });
  answer('xtab1_count', ['q01', 'gender'], got, false);
  await run(label, 'xtab1_weighted', rows, +reps, () => { got = by('q01', 'gender'); });
  answer('xtab1_weighted', ['q01', 'gender'], got, true);
}
if (want('xtab90')) {
  let got;
  await run(label, 'xtab90_weighted', rows, Math.max(1, reps >> 1), () => {
    got = [];
    for (const i of items) for (const b of banners) got.push([[i, b], by(i, b)]);
  });
  for (const [keys, table] of got) answer('xtab90_weighted', keys, table, true);
}
