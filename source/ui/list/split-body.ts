import type {View} from '../screen.js';

export type Size = {readonly columns: number; readonly rows: number};

/** Narrower than this, a list has the whole width, and its detail is seen enlarged. */
const wide = 110;

/** How a list and its detail share the body. */
export const splitBody = ({
	body,
	state,
}: Pick<View<unknown>, 'body' | 'state'>): {
	readonly list: Size | undefined;
	readonly detail: Size | undefined;
} => {
	if (state.isDetailEnlarged) {
		return {list: undefined, detail: body};
	}

	if (body.columns < wide) {
		return {list: body, detail: undefined};
	}

	const columns = Math.min(70, Math.floor(body.columns * 0.38));
	return {
		list: {columns: body.columns - columns, rows: body.rows},
		detail: {columns, rows: body.rows},
	};
};
