import type { Protocol } from '../types/protocol.js'
import type { Dialect } from './charger.js'
import { dialect2 } from './v2/dialect.js'
import { dialect16 } from './v16/dialect.js'

export const DIALECTS: Readonly<Record<Protocol, Dialect>> = {
  'ocpp1.6': dialect16,
  'ocpp2.0.1': dialect2,
  'ocpp2.1': dialect2
}
