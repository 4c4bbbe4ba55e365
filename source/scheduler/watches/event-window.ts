import type {Source, SourceContext, WatchParams} from './source.js';

/** The last things that happened, oldest first; the window's offset counts back from the newest. Of the filter, `text` matters: a part of what happened. */
export const eventWindow = (
	{events}: SourceContext,
	{filter, window: {offset, limit}}: WatchParams,
): Source => ({
	read() {
		const text = filter?.text?.toLowerCase() ?? '';
		const all = events
			.list()
			.filter(({message}) => message.toLowerCase().includes(text));
		const end = Math.max(0, all.length - offset);
		return {
			rows: all.slice(Math.max(0, end - limit), end),
			counts: {total: all.length},
		};
	},
	isTouchedBy: () => false,
	isTouchedByProgress: () => false,
	listen: (onTouch) => events.listen(onTouch),
});
