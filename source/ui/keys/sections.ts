import type {ScreenBinding} from '../screen.js';

type Bindings = ReadonlyArray<ScreenBinding<unknown>>;

/** A screen's keys as the help tells them: its own, those of its detail, those of its list. */
export const sectionsOf = (
	title: string,
	bindings: Bindings,
): ReadonlyArray<readonly [title: string, bindings: Bindings]> =>
	(
		[
			[title, bindings.filter(({section}) => section === undefined)],
			['The list', bindings.filter(({section}) => section === 'list')],
			['The detail', bindings.filter(({section}) => section === 'detail')],
		] as const
	).filter(([, within]) => within.length > 0);
