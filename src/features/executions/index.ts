export { ExecutionId, History, ScheduleBody } from './executions.contract.ts';
export {
  type ExecutionRow,
  findExecution,
  isPaused,
  isRunnerAlive,
  listExecutions,
  listTasks,
} from './executions.store.ts';
export { followExecution, type Progress } from './follow.ts';
export { EventStreams } from './stream.ts';
export { executionLog, taskLog, textOf } from './log.ts';
export { presentRun, presentSchedule } from './present.ts';
export {
  applySchedule,
  getRun,
  listRuns,
  type RunKind,
  scheduledRun,
  startRun,
  stopAny,
  stopRun,
} from './runs.ts';
