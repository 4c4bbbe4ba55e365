import type {InvocationId} from './ids.js';

/**
Where an invocation's log is within a folder of logs: a thousand to a subfolder, since a folder with a million files is slow on many file systems. Worker and scheduler agree on it when they share the folder.

@returns a relative path with forward slashes: `12/12345.log`
*/
export const logPath = (invocation: InvocationId): string =>
	`${Math.floor(invocation / 1000)}/${invocation}.log`;

/** Where it is noted when and by which output the bytes of a log came. */
export const marksPath = (log: string): string =>
	`${log.replace(/\.log$/v, '')}.marks`;
