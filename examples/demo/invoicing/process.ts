import type { InvoicingReply, InvoicingRequest } from '../messages.ts';
import { writeInvoice } from './invoice.ts';

// Ends by itself when the shop disconnects.
process.on('message', async (message) => {
  process.send!(await replyTo(message as InvoicingRequest));
});

async function replyTo(request: InvoicingRequest): Promise<InvoicingReply> {
  try {
    return { id: request.id, invoice: await writeInvoice(request) };
  } catch (error) {
    return { id: request.id, refusal: (error as Error).message };
  }
}
