import { listen } from './listen.mjs'

// Server 1: reads nothing, answers a constant.
const ANSWER = '[3,"00000000-0000-4000-8000-000000000000",{}]'

await listen(function () {
  this.send(ANSWER)
})
