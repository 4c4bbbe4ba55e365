import {FarmError, type FarmErrorCode} from '../core/errors.js';
import type {ExitStatus} from './context.js';

/** The one place that says which failure ends a command how. */
export const exitStatusOf = (error: unknown): ExitStatus =>
	error instanceof FarmError ? statuses[error.code] : 1;

/** One line for people, or one for each fault where there are several in what they wrote; with the stack and its causes where somebody looks for a defect. */
export const failureText = (
	error: unknown,
	{isDetailed}: {readonly isDetailed: boolean},
): string => {
	const message = error instanceof Error ? error.message : String(error);
	const isFaults = error instanceof FarmError && error.code === 'INVALID';
	const parts = message
		.split('\n')
		.map((part) => part.trim())
		.filter((part) => part !== '');
	const line = isFaults
		? parts.map((part) => `lifeblood: ${part}`).join('\n')
		: `lifeblood: ${parts.join(' ')}`;
	return isDetailed && error instanceof Error
		? `${line}\n${stackOf(error)}`
		: line;
};

const statuses: Readonly<Record<FarmErrorCode, ExitStatus>> = {
	INVALID: 2,
	NOT_FOUND: 2,
	CONFLICT: 1,
	REFUSED: 4,
	UNREACHABLE: 3,
	VERSION: 1,
	BAD_MESSAGE: 1,
	TIMEOUT: 1,
	DATABASE_BUSY: 1,
	SCHEMA_TOO_NEW: 1,
	DATABASE_CORRUPT: 1,
	STORAGE: 1,
	CLOSED: 3,
	INTERNAL: 1,
};

const stackOf = (error: Error): string => {
	const stack = error.stack ?? error.message;
	return error.cause instanceof Error
		? `${stack}\ncaused by ${stackOf(error.cause)}`
		: stack;
};
