// Heights are averaged. `node main.js ok` has complete data.
const fixed = process.argv[2] === 'ok';

const people = [
  { name: 'Ada', height: '168' },
  { name: 'Bob', height: fixed ? '181' : 'unknown' },
  { name: 'Cid', height: '175' },
];

function toCentimetres(text) {
  return Number(text);
}

function averageHeight(list) {
  let sum = 0;
  for (const person of list) {
    const height = toCentimetres(person.height);
    sum += height;
  }
  return sum / list.length;
}

function print(value) {
  console.log(`average ${value}`);
}

print(averageHeight(people));
