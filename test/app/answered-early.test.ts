import assert from 'node:assert/strict'
import { connect } from 'node:net'
import { it } from 'node:test'
import { deferred, within } from '../support/wait.js'
import { startBackend } from './support.js'

it('a request that is refused before it has arrived, and whose rest is malformed, gets one answer', async () => {
  const { port } = await startBackend()
  const socket = connect(port, '127.0.0.1')
  const over = deferred()
  let text = ''
  socket.setEncoding('latin1').on('data', (data) => {
    text += data
  })
  socket.on('close', () => over.resolve())
  const head = ['POST /api/v1/calls HTTP/1.1', 'Host: localhost', 'Transfer-Encoding: chunked', '', '']
  socket.end(`${head.join('\r\n')}no chunk size\r\n\r\n`)
  await within('the connection to end', over.promise)
  assert.match(text, /^HTTP\/1\.1 401 /)
  assert.equal(text.split('HTTP/1.1 ').length - 1, 1, text)
})
