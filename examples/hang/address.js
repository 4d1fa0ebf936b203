/** Street, house number, postcode and town, as they stand on a label. */
const LABEL = /^((?:[A-Za-z]+\s?)+)(\d+), (\d{5}) ([A-Za-z ]+)$/;

export function readAddress(label) {
  const text = label.trim();
  const match = LABEL.exec(text);
  if (match === null) return null;
  const [, street, number, postcode, town] = match;
  return { street: street.trim(), number: Number(number), postcode, town };
}
