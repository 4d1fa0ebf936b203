const [port] = process.argv.slice(2);
const ORDERS = 12;

async function order(name) {
  const response = await fetch(`http://127.0.0.1:${port}/?name=${name}`);
  const { seat } = await response.json();
  return seat !== null;
}

let accepted = 0;
for (let number = 1; number <= ORDERS; number++) {
  if (await order(`customer-${number}`)) accepted++;
}
process.send({ accepted, refused: ORDERS - accepted });
process.disconnect();
