// Reminders name the customer. `node main.js ok` reads the name when the reminder is made.
const fixed = process.argv[2] === 'ok';

function makeReminders(customers) {
  const reminders = [];
  let current = 'nobody';
  for (const customer of customers) {
    const name = customer.name;
    current = customer.name;
    reminders.push(() => remind(fixed ? name : current, customer.days));
  }
  return reminders;
}

function remind(who, days) {
  return `${who}: due in ${days} days`;
}

function show(lines) {
  console.log(lines.join('\n'));
}

const reminders = makeReminders([
  { name: 'Ada', days: 3 },
  { name: 'Bob', days: 5 },
]);
show(reminders.map((reminder) => reminder()));
