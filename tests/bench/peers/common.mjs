// Shared by the peers in JavaScript: FILE REPS TASKS..., a line of output a repetition with the
// peak memory of the task, and the answers for compare.lua (ANSWERS=FILE).
// PEER_NODE names the folder that holds node_modules.
import fs from 'node:fs';
import { createRequire } from 'node:module';

export const load = createRequire(`${process.env.PEER_NODE || process.cwd()}/`);
export const [file, reps, ...tasks] = process.argv.slice(2);
export const want = task => tasks.includes(task) || tasks.includes('all');
export const items = Array.from({ length: 30 }, (_, i) => 'q' + String(i + 1).padStart(2, '0'));
export const banners = ['gender', 'level', 'year'];
export const threads = process.env.PEER_THREADS || '2';

const peak = () => fs.readFileSync('/proc/self/status', 'utf8').match(/VmHWM:\s*(\d+)/)[1];

// Runs f n times and prints a line for each.
export async function run(name, task, rows, n, f) {
  for (let i = 0; i < n; i++) {
    globalThis.gc?.();
    fs.writeFileSync('/proc/self/clear_refs', '5'); // restarts the peak counter
    const start = process.hrtime.bigint();
    await f();
    const seconds = Number(process.hrtime.bigint() - start) / 1e9;
    console.log(`${name},${task},${rows()},${seconds.toFixed(6)},${peak()}`);
  }
}

const answers = process.env.ANSWERS && fs.openSync(process.env.ANSWERS, 'w');

// One number of a task's answer. Groups without an answer (blank, or 255 in the codes layout)
// are no cells of a table.
export function put(task, keys, what, number) {
  const blank = key => key === null || key === undefined || String(key) === '255' || key === '';
  if (!answers || keys.some(blank)) return;
  const key = keys.map(k => String(k).replaceAll('\n', '\\n')).join('|');
  fs.writeSync(answers, `${task}\t${key}\t${what}\t${number}\n`);
}
