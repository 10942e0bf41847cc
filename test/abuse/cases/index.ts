import type { Family } from '../abuse.js'
import { ANSWERS, UPGRADES } from './answers.js'
import { BOMBS } from './bombs.js'
import { FLOODS_OF_MESSAGES, HARD_MESSAGES } from './floods.js'
import { FRAMES } from './frames.js'
import { HTTP } from './http.js'
import { LOGINS } from './logins.js'
import { PEERS } from './peers.js'
import { TLS } from './tls.js'

/** All of them, cheapest first. */
export const FAMILIES: readonly Family[] = [
  UPGRADES,
  ANSWERS,
  FRAMES,
  LOGINS,
  HTTP,
  TLS,
  BOMBS,
  PEERS,
  HARD_MESSAGES,
  FLOODS_OF_MESSAGES
]
