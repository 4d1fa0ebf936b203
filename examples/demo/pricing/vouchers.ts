import type { Voucher } from '../messages.ts';

/**
 * The least a customer can pay with these vouchers. The order matters: a fixed voucher asks for a minimum, which a
 * percentage taken first may undercut. So all orders are tried.
 */
export function lowestAfter(vouchers: readonly Voucher[], cents: number): number {
  let lowest = cents;
  for (const voucher of vouchers) {
    const others = vouchers.filter((other) => other !== voucher);
    const candidate = lowestAfter(others, redeem(voucher, cents));
    if (candidate < lowest) lowest = candidate;
  }
  return lowest;
}

function redeem(voucher: Voucher, cents: number): number {
  if (voucher.kind === 'percent') return Math.round((cents * (100 - voucher.percent)) / 100);
  return cents >= voucher.fromCents ? cents - voucher.cents : cents;
}
