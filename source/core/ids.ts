declare const brand: unique symbol;
type Id<Name extends string> = number & {readonly [brand]: Name};

export type TaskId = Id<'task'>;
export type NodeId = Id<'node'>;
export type ConnectionId = Id<'connection'>;
export type GroupId = Id<'group'>;
export type SplitId = Id<'split'>;
export type WorkerId = Id<'worker'>;
export type InvocationId = Id<'invocation'>;
export type RequirementId = Id<'requirement'>;

export const taskId = (value: number): TaskId => value as TaskId;
export const nodeId = (value: number): NodeId => value as NodeId;
export const groupId = (value: number): GroupId => value as GroupId;
export const splitId = (value: number): SplitId => value as SplitId;
export const workerId = (value: number): WorkerId => value as WorkerId;
export const invocationId = (value: number): InvocationId =>
	value as InvocationId;
export const requirementId = (value: number): RequirementId =>
	value as RequirementId;
