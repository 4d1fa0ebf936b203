/** Numbers added one by one: an array of JavaScript takes twice as long as the scan that fills it. */
export class NumberList {
  private numbers: Int32Array;
  count = 0;

  constructor(expected: number) {
    this.numbers = new Int32Array(Math.max(16, expected));
  }

  add(number: number): void {
    if (this.count === this.numbers.length) {
      const larger = new Int32Array(2 * this.count);
      larger.set(this.numbers);
      this.numbers = larger;
    }
    this.numbers[this.count++] = number;
  }

  taken(): Int32Array {
    return this.numbers.subarray(0, this.count);
  }
}
