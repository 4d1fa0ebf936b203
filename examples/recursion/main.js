import { format, valueOf } from './expression.js';
import { Solver } from './solver.js';

const games = [
  { numbers: [2, 5, 6, 25], target: 162 },
  { numbers: [3, 7, 8, 50, 75], target: 952 },
  { numbers: [1, 4, 4, 10], target: 397 },
];

for (const { numbers, target } of games) {
  const solver = new Solver(target);
  const solution = solver.solve(numbers);
  console.log(`${numbers.join(' ')}  ->  ${target}`);
  console.log(solution ? `  ${format(solution)} = ${valueOf(solution)}` : '  no way to reach it');
  console.log(`  ${solver.tried} hands tried, ${solver.remembered} recognised as dead ends, depth ${solver.deepest}`);
}
