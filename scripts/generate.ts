import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { actions as actions16 } from '../src/v16/actions.js'
import * as messages16 from '../src/v16/messages.js'
import * as types16 from '../src/v16/types.js'
import { actions as actions21 } from '../src/v21/actions.js'
import * as messages21 from '../src/v21/messages.js'
import * as types21 from '../src/v21/types.js'
import { actions as actions201 } from '../src/v201/actions.js'
import * as messages201 from '../src/v201/messages.js'
import * as types201 from '../src/v201/types.js'
import { forms } from './forms.js'
import { interfaces } from './interfaces.js'

// `npm run generate`: writes interfaces.ts of every OCPP version, and the schemas of the dashboard's forms. With --check it
// writes nothing, names the files that are stale, and exits with code 1.

const generated = {
  'src/v16/interfaces.ts': () =>
    interfaces({ version: '1.6', actions: actions16, messages: messages16, types: types16 }),
  'src/v201/interfaces.ts': () =>
    interfaces({ version: '2.0.1', actions: actions201, messages: messages201, types: types201 }),
  'src/v21/interfaces.ts': () =>
    interfaces({ version: '2.1', actions: actions21, messages: messages21, types: types21 }),
  'dashboard/generated/schemas.ts': forms
}

const root = new URL('../', import.meta.url)
const check = process.argv.includes('--check')

for (const [path, textOf] of Object.entries(generated)) {
  const file = fileURLToPath(new URL(path, root))
  const text = textOf()
  if (text === read(file)) continue
  if (check) {
    console.error(`${path} is stale: run \`npm run generate\``)
    process.exitCode = 1
  } else {
    writeFileSync(file, text)
    console.log(`wrote ${path}`)
  }
}

function read(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return undefined
  }
}
