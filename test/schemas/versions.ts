import * as v16 from '../../src/v16/index.js'
import * as messages16 from '../../src/v16/messages.js'
import * as types16 from '../../src/v16/types.js'
import * as v21 from '../../src/v21/index.js'
import * as messages21 from '../../src/v21/messages.js'
import * as types21 from '../../src/v21/types.js'
import * as v201 from '../../src/v201/index.js'
import * as messages201 from '../../src/v201/messages.js'
import * as types201 from '../../src/v201/types.js'

/** The three versions under test. */
export const versions = [
  { version: '1.6', protocol: 'ocpp1.6', actions: v16.actions, messages: messages16, types: types16 },
  { version: '2.0.1', protocol: 'ocpp2.0.1', actions: v201.actions, messages: messages201, types: types201 },
  { version: '2.1', protocol: 'ocpp2.1', actions: v21.actions, messages: messages21, types: types21 }
] as const
