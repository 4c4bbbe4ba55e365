import {fitLine, lineWidth, type Line, type Span} from '../text/span.js';
import {viewOf, type Screens} from '../reduce.js';
import {screenNames} from '../screen-name.js';
import type {State} from '../state.js';
import type {Theme} from '../theme/theme.js';

/** Where one is, and at the right what the screen says of itself. */
export const crumbsLine = (
	state: State,
	screens: Screens,
	theme: Theme,
): Line => {
	const spans: Span[] = [{text: ' '}];
	for (const [index, place] of state.trail.entries()) {
		const screen = screens[place.screen];
		const isLast = index === state.trail.length - 1;
		spans.push(
			{
				text:
					index === 0
						? `${screenNames.indexOf(place.screen) + 1} `
						: ` ${theme.glyphs.crumb} `,
				role: 'dim',
			},
			{
				text: screen.crumb(place.slice, place.scope),
				role: isLast ? 'title' : 'dim',
			},
		);
	}

	const here = screens[state.trail.at(-1)!.screen];
	const status = here.status?.(viewOf(state, theme)) ?? [];
	const width = state.size.columns;
	const room = Math.max(10, width - lineWidth(status) - 2);
	return fitLine(
		[...fitLine(spans, room), {text: ' '}, ...status, {text: ' '}],
		width,
	);
};
