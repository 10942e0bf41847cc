import type { Family } from '../abuse.js'
import { ANSWERS, UPGRADES } from './answers.js'
import { BOMBS } from './bombs.js'
import { FLOODS_OF_MESSAGES, HARD_MESSAGES } from './floods.js'
import { FRAMES } from './frames.js'

/** All of them, cheapest first. */
export const FAMILIES: readonly Family[] = [UPGRADES, ANSWERS, FRAMES, BOMBS, HARD_MESSAGES, FLOODS_OF_MESSAGES]
