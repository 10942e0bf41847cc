export { compositeSchedule, compositeScheduleInTurns } from './composite.js'
export type * from './types.js'
