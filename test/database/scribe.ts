import { setImmediate as nextTurn } from 'node:timers/promises'
import { migrateDatabase, openDatabase } from '../../lib/database/open.js'
import { GroupCommitWriter } from '../../lib/database/writer.js'
import { message } from './rows.js'

// Writes for ever, and says what has been acknowledged: `ack <name>` for each row.

const [dataDir = '', url] = process.argv.slice(2)
const database = openDatabase({ DATA_DIR: dataDir, DATABASE_URL: url, DATABASE_POOL_SIZE: 4 })
await migrateDatabase(database)
const writer = new GroupCommitWriter({ db: database.writeDb, dialect: database.dialect, lanes: database.lanes })
console.log('open')

async function write(caller: number): Promise<void> {
  for (let index = 0; ; index++) {
    const name = `${caller}-${index}`
    if (caller % 2 === 0) await writer.append('messages', [message(name)])
    else await writer.write((trx) => trx.insertInto('messages').values(message(name)).execute())
    console.log(`ack ${name}`)
    await nextTurn()
  }
}

await Promise.all(Array.from({ length: 20 }, (_, caller) => write(caller)))
