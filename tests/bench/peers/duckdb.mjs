// node duckdb.mjs FILE REPS TASKS...    tasks: ingest xtab1 xtab90 | all
// The table is in memory; integer codes are UTINYINT, text is tabulated as ENUM. The 90 tables are
// asked for in two ways: 90 statements; 30 by the three banners at once, margins added up here.
import { load, file, reps, want, items, banners, threads, run, put } from './common.mjs';

const { DuckDBInstance } = load('@duckdb/node-api');
const instance = await DuckDBInstance.create(':memory:', { threads });
const c = await instance.connect();
const query = async sql => (await c.runAndReadAll(sql)).getRows();
const name = `duckdb-${threads}t`;
const columns = [...items, ...banners];
let n = 0;
const rows = () => n;

const read = async () => {
  await query(`create or replace table t as select * from read_csv('${file}', header=true)`);
  n = Number((await query('select count(*) from t'))[0][0]);
};

async function ingest(wide) {
  const task = wide ? 'ingest_wide' : 'ingest_codes';
  await run(name, task, rows, +reps, read);
  if (!process.env.ANSWERS) return;
  for (const v of wide ? [...columns, 'verbatim'] : columns) {
    for (const [level, count] of await query(`select ${v}, count(*) from t group by all`)) {
      put(task, [v, level], 'n', count);
    }
  }
  put(task, ['weight'], 'w', (await query('select sum(weight) from t'))[0][0]);
  put(task, ['rows'], 'n', n);
}

// Statements are run one after the other; their rows are kept for the answers.
const one = (i, b, more) => `select ${i}, ${b}, count(*)${more} from t group by all`;

function answer(task, i, b, got) {
  for (const [x, y, count, weight] of got) {
    put(task, [i, b, x, y], 'n', count);
    if (weight !== undefined) put(task, [i, b, x, y], 'w', weight);
  }
}

async function tabulate(label) {
  let got;
  if (want('xtab1')) {
    for (const [task, more] of [['xtab1_count', ''], ['xtab1_weighted', ', sum(weight)']]) {
      await run(label, task, rows, +reps, async () => { got = await query(one('q01', 'gender', more)); });
      answer(task, 'q01', 'gender', got);
    }
  }
  if (!want('xtab90')) return;
  const some = Math.max(1, reps >> 1), task = 'xtab90_weighted';
  await run(label, task, rows, some, async () => {
    got = [];
    for (const i of items) for (const b of banners) {
      got.push([i, b, await query(one(i, b, ', sum(weight)'))]);
    }
  });
  for (const table of got) answer(task, ...table);
  let joint;
  await run(`${label}-joint`, task, rows, some, async () => {
    joint = [];
    for (const i of items) {
      const cells = await query(`select ${i}, ${banners}, count(*), sum(weight) from t group by all`);
      for (const [at, b] of banners.entries()) joint.push([i, b, margin(cells, at + 1)]);
    }
  });
  for (const [k, [i, b, cells]] of joint.entries()) same(`${i} by ${b}`, cells, got[k][2]);
}

// Rows [answer, group, n, w] of a table by one of the banners.
function margin(cells, at) {
  const sums = new Map();
  for (const row of cells) {
    const key = `${row[0]}|${row[at]}`;
    const sum = sums.get(key) ?? [row[0], row[at], 0n, 0];
    sum[2] += row[4];
    sum[3] += row[5];
    sums.set(key, sum);
  }
  return [...sums.values()];
}

// Throws unless both tables have the same counts.
function same(what, cells, others) {
  const counts = new Map(others.map(row => [`${row[0]}|${row[1]}`, row[2]]));
  for (const row of cells) {
    if (counts.get(`${row[0]}|${row[1]}`) !== row[2]) throw new Error(`${what}: a margin differs`);
  }
}

await read();
const wide = (await query('select typeof(q01) from t limit 1'))[0][0] === 'VARCHAR';
if (want('ingest')) await ingest(wide);
if (wide) {
  for (const v of columns.filter(v => v !== 'year')) {
    await query(`create type e_${v} as enum (select distinct ${v} from t where ${v} is not null order by 1)`);
  }
}
const code = v => wide && v !== 'year' ? `${v}::e_${v} as ${v}`
  : `${v}::${wide ? 'usmallint' : 'utinyint'} as ${v}`;
if (want('xtab1') || want('xtab90')) {
  await query(`create table u as select * replace (${columns.map(code)}) from t`);
  await query('drop table t');
  await query('alter table u rename to t');
  await tabulate(name + (wide ? '-enum' : '-u8'));
}
