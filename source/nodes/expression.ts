import type {Json} from '../core/json.js';
import {isObject} from './cast.js';

/** The source where a value is `{"expr": "..."}`, and undefined where it is a value. */
export const expressionIn = (value: Json): string | undefined => {
	if (!isObject(value)) {
		return undefined;
	}

	const {expr} = value;
	return typeof expr === 'string' && Object.keys(value).length === 1
		? expr
		: undefined;
};
