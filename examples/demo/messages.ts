/** What travels between the shop, its pricing threads and its invoicing process. */

export interface Order {
  readonly number: number;
  readonly customer: string;
  readonly lines: readonly OrderLine[];
  readonly vouchers: readonly Voucher[];
}

export interface OrderLine {
  readonly sku: string;
  readonly quantity: number;
}

export type Voucher =
  | { readonly kind: 'percent'; readonly percent: number }
  | { readonly kind: 'fixed'; readonly cents: number; readonly fromCents: number };

export interface Quote {
  readonly goodsCents: number;
  readonly payableCents: number;
}

export interface Invoice {
  readonly number: string;
  readonly netCents: number;
  readonly vatCents: number;
}

export type PricingRequest =
  | { readonly kind: 'quote'; readonly id: number; readonly order: Order }
  | { readonly kind: 'price list'; readonly csv: string }
  | { readonly kind: 'close' };

export interface PricingReply {
  readonly id: number;
  readonly quote: Quote;
}

export interface InvoicingRequest {
  readonly id: number;
  readonly orderNumber: number;
  readonly customer: string;
  readonly payableCents: number;
}

export type InvoicingReply =
  | { readonly id: number; readonly invoice: Invoice }
  | { readonly id: number; readonly refusal: string };
