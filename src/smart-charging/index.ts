export { compositeSchedule } from './composite.js'
export type * from './types.js'
