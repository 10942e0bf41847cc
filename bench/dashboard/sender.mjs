import { once } from 'node:events'
import { WebSocket } from 'ws'

/** A charge point that sends one message after the other. */
export class Sender {
  #socket
  #count = 0

  static async connect(url) {
    const sender = new Sender(url)
    await once(sender.#socket, 'open')
    return sender
  }

  constructor(url) {
    this.#socket = new WebSocket(url, 'ocpp1.6')
  }

  async call(action, payload) {
    const answer = once(this.#socket, 'message')
    this.#socket.send(JSON.stringify([2, `live-${++this.#count}`, action, payload]))
    await answer
  }

  close() {
    this.#socket.terminate()
  }
}
