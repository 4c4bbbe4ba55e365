import type {Json} from '../../../core/json.js';
import {shellWord} from '../../text/shell-word.js';

/** An attribute as the command line sets it. */
export const assignment = (name: string, value: Json): string =>
	shellWord(
		typeof value === 'string'
			? `${name}=${value}`
			: `${name}:=${JSON.stringify(value)}`,
	);

export const namesIn = (text: string): string[] =>
	text
		.split(',')
		.map((name) => name.trim())
		.filter((name) => name !== '');
