import {totalOf, type LiveWindow} from '../live/live-window.js';
import {countText, plural} from '../text/amount-text.js';
import type {Line, Span} from '../text/span.js';
import type {ListState} from './list-state.js';

/** At the right of the breadcrumbs: place in the list, filter, marks. */
export const listStatus = (
	list: ListState,
	window: LiveWindow | undefined,
	noun: string,
): Line => {
	const total = totalOf(window);
	const isMore = window?.counts['exact'] === 0;
	const sorted = window?.counts['sorted'];
	const spans: Span[] = [];
	if (list.isAllMarked) {
		spans.push({text: 'all marked  ', role: 'mark'});
	} else if (list.marks.size > 0) {
		spans.push({text: `${countText(list.marks.size)} marked  `, role: 'mark'});
	}

	if (list.rangeFrom !== undefined) {
		spans.push({text: 'range  ', role: 'mark'});
	}

	if (list.filter !== '') {
		spans.push({text: `/${list.filter}  `, role: 'accent'});
	}

	if (sorted !== undefined) {
		spans.push({
			text: `the newest ${countText(sorted)} by ${list.order?.by ?? 'id'}  `,
			role: 'warning',
		});
	}

	return [
		...spans,
		{
			text:
				total === 0
					? plural(0, noun)
					: `${countText(list.cursor + 1)}/${countText(total)}${isMore ? '+' : ''}`,
			role: 'dim',
		},
	];
};
