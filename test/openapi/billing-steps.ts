import type { Step } from './steps.js'

const SPAN = { from: '2020-01-01T00:00:00Z', to: '2098-01-01T00:00:00Z', limit: '1' }

/** Bills, after a transaction is over. */
export const BILLING_STEPS: readonly Step[] = [
  {
    operation: 'listReceipts',
    status: 200,
    query: () => ({ chargePoint: 'SIM-1', kind: 'receipt', ...SPAN }),
    keep: { receipt: '/items/0/number' },
    isAwaited: true
  },
  { operation: 'getReceipt', status: 200, at: ({ receipt = '' }) => ({ number: receipt }), has: { kind: 'receipt' } },
  { operation: 'correctTransaction', status: 201, at: ({ transaction = '' }) => ({ id: transaction }) },
  {
    operation: 'correctTransaction',
    status: 422,
    at: ({ transaction = '' }) => ({ id: transaction }),
    body: () => ({ reason: 'nothing' })
  },
  {
    operation: 'listCorrections',
    status: 200,
    at: ({ transaction = '' }) => ({ id: transaction }),
    keep: { receipt: '/items/0/receipt' }
  },
  { operation: 'makeReceiptLink', status: 200, at: ({ receipt = '' }) => ({ number: receipt }) },
  { operation: 'getReceiptLink', status: 200, at: ({ receipt = '' }) => ({ number: receipt }) },
  { operation: 'revokeReceiptLink', status: 204, at: ({ receipt = '' }) => ({ number: receipt }) },
  { operation: 'revokeReceiptLink', status: 404, at: ({ receipt = '' }) => ({ number: receipt }) },
  { operation: 'listSettlements', status: 200, query: () => ({ chargePoint: 'SIM-1', status: 'Settled', ...SPAN }) },
  { operation: 'listSignedValues', status: 200, at: ({ transaction = '' }) => ({ id: transaction }) },
  {
    operation: 'exportReceipts',
    status: 200,
    query: () => ({ format: 'ndjson', from: '2020-01-01', to: '2098-01-01' })
  },
  { operation: 'exportReceipts', status: 200, query: () => ({ format: 'csv', from: '2020-01-01', to: '2098-01-01' }) },
  {
    operation: 'exportReceipts',
    status: 409,
    query: () => ({ format: 'datev', from: '2020-01-01', to: '2020-02-01' })
  },
  { operation: 'listExports', status: 200, query: () => ({ limit: '1' }) },
  { operation: 'creditReceipt', status: 201, at: ({ receipt = '' }) => ({ number: receipt }) },
  { operation: 'creditReceipt', status: 409, at: ({ receipt = '' }) => ({ number: receipt }) }
]
