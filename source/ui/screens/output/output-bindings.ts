import {writeFile} from 'node:fs/promises';
import {prompt} from '../../dialogs/prompt.js';
import {picturesInLines} from '../../pictures/find-pictures.js';
import type {ScreenBinding, ScreenTools} from '../../screen.js';
import {plural} from '../../text/amount-text.js';
import {textField} from '../../text-field.js';
import {seekFirstError} from './follow-output.js';
import {
	shownAttempt,
	type OutputSlice,
	type OutputView,
} from './output-slice.js';
import {shownLines} from './shown-lines.js';

type Tools = ScreenTools<OutputSlice>;

/** Around matches, as `c` goes through them; undefined: everything is shown. */
const contexts = [undefined, 0, 2, 5] as const;

const noLog = ({slice}: OutputView): string | undefined =>
	slice.sources.length === 0 ? 'no task was chosen' : undefined;

const noSearch = (view: OutputView): string | undefined =>
	noLog(view) ??
	(view.slice.search === '' ? 'search for something first, with /' : undefined);

const oneTask = (view: OutputView): string | undefined =>
	noLog(view) ??
	(view.slice.sources.length > 1 ? 'several tasks are shown' : undefined);

/** The last line at which a page can begin. */
const lastTop = ({slice, body}: OutputView): number =>
	Math.max(0, shownLines(slice).length - body.rows);

const move =
	(by: (view: OutputView) => number) =>
	(tools: Tools): void => {
		tools.update((slice) => {
			const view = {...tools.view(), slice};
			const from = slice.top ?? lastTop(view);
			const to = Math.max(0, from + by(view));
			return {
				...slice,
				isSeeking: false,
				// Past the end is the end, and it is followed again.
				top: to >= lastTop(view) && by(view) > 0 ? undefined : to,
			};
		});
	};

/** To the next line that matches, on in one direction; from the other end where there is none. */
const toMatch = (tools: Tools, direction: 1 | -1): void => {
	const view = tools.view();
	const matches = shownLines(view.slice).flatMap(({isMatch}, index) =>
		isMatch ? [index] : [],
	);
	if (matches.length === 0) {
		tools.notice('info', `nothing here matches "${view.slice.search}"`);
		return;
	}

	const from = view.slice.found ?? view.slice.top ?? lastTop(view);
	const found =
		direction === 1
			? (matches.find((index) => index > from) ?? matches[0]!)
			: (matches.findLast((index) => index < from) ?? matches.at(-1)!);
	tools.update((slice) => ({
		...slice,
		found,
		top: Math.max(0, found - Math.floor(view.body.rows / 2)),
	}));
};

const toAttempt = (tools: Tools, direction: 1 | -1): void => {
	const [source] = tools.view().slice.sources;
	const attempts = source?.attempts ?? [];
	const shown = source === undefined ? undefined : shownAttempt(source);
	const index = attempts.findIndex(
		({invocation}) => invocation === shown?.invocation,
	);
	const next = attempts[index + direction];
	if (next === undefined) {
		tools.notice(
			'info',
			direction === 1
				? 'this is the last attempt'
				: 'this is the first attempt',
		);
		return;
	}

	tools.update((slice) => ({
		...slice,
		top: undefined,
		found: undefined,
		sources: slice.sources.map((each) => ({
			...each,
			// The last is followed on to those that come.
			chosen:
				index + direction === attempts.length - 1 ? undefined : next.invocation,
		})),
	}));
};

const textOf = ({slice}: OutputView): string =>
	shownLines(slice)
		.map(({text}) => `${text}\n`)
		.join('');

const paging = (
	id: string,
	keys: readonly string[],
	help: string,
	by: (view: OutputView) => number,
): ScreenBinding<OutputSlice> => ({
	id: `output.${id}`,
	keys,
	label: id,
	help,
	isQuiet: true,
	run: move(by),
});

/** What can be done with a log. */
export const outputBindings: ReadonlyArray<ScreenBinding<OutputSlice>> = [
	paging('down', ['j', 'down'], 'one line down', () => 1),
	paging('up', ['k', 'up'], 'one line up', () => -1),
	paging(
		'page-down',
		['pagedown', 'ctrl+f', 'space'],
		'a page down',
		({body}) => body.rows - 1,
	),
	paging(
		'page-up',
		['pageup', 'ctrl+b'],
		'a page up',
		({body}) => 1 - body.rows,
	),
	paging('half-down', ['ctrl+d'], 'half a page down', ({body}) =>
		Math.ceil(body.rows / 2),
	),
	paging(
		'half-up',
		['ctrl+u'],
		'half a page up',
		({body}) => -Math.ceil(body.rows / 2),
	),
	paging(
		'first',
		['g', 'home'],
		'to the first line that is here; what is before it is read',
		() => -Infinity,
	),
	{
		id: 'output.follow',
		keys: ['G', 'end', 'F'],
		label: 'follow',
		help: 'to the end, and on with it as it grows',
		disabled: noLog,
		run(tools) {
			tools.update((slice) => ({...slice, top: undefined, isSeeking: false}));
		},
	},
	{
		id: 'output.search',
		keys: ['/'],
		label: 'search',
		help: 'search and highlight; small letters find capitals too',
		disabled: noLog,
		run(tools) {
			const before = tools.view().slice.search;
			const set = (search: string): void => {
				tools.update((slice) => ({...slice, search, found: undefined}));
			};

			tools.openLine({
				prompt: '/',
				field: textField(before),
				onChange: set,
				onSubmit(search) {
					set(search);
					if (search !== '' && tools.view().slice.context === undefined) {
						toMatch(tools, -1);
					}
				},
				onCancel() {
					set(before);
				},
			});
		},
	},
	{
		id: 'output.next',
		keys: ['n'],
		label: 'next',
		help: 'to the next line that matches',
		isQuiet: true,
		disabled: noSearch,
		run(tools) {
			toMatch(tools, 1);
		},
	},
	{
		id: 'output.previous',
		keys: ['N'],
		label: 'previous',
		help: 'to the one before',
		isQuiet: true,
		disabled: noSearch,
		run(tools) {
			toMatch(tools, -1);
		},
	},
	{
		id: 'output.filter',
		keys: ['c'],
		label: 'only matches',
		help: 'only lines that match; again: with 2 and 5 lines around each, then all lines',
		disabled: noSearch,
		run(tools) {
			tools.update((slice) => ({
				...slice,
				top: undefined,
				found: undefined,
				context:
					contexts[
						(contexts.indexOf(slice.context as 0) + 1) % contexts.length
					],
			}));
		},
	},
	{
		id: 'output.error',
		keys: ['e'],
		label: 'first error',
		help: 'to the first line that looks like an error, from the beginning of the log',
		command: 'first-error',
		disabled: noLog,
		run(tools) {
			tools.update(seekFirstError);
		},
	},
	{
		id: 'output.stderr',
		keys: ['E'],
		label: 'only stderr',
		help: 'only lines that came by standard error, or all again',
		command: 'stderr',
		isQuiet: true,
		disabled: noLog,
		run(tools) {
			tools.update((slice) => ({
				...slice,
				isOnlyErrors: !slice.isOnlyErrors,
				isSeeking: false,
				top: undefined,
				found: undefined,
			}));
		},
	},
	{
		id: 'output.wrap',
		keys: ['w'],
		label: 'wrap',
		help: 'wrap long lines, or cut them',
		run(tools) {
			tools.update((slice) => ({...slice, isWrapped: !slice.isWrapped}));
		},
	},
	{
		id: 'output.times',
		keys: ['t'],
		label: 'times',
		help: 'when each line came, as its worker noted it',
		isQuiet: true,
		run(tools) {
			tools.update((slice) => ({...slice, hasTimes: !slice.hasTimes}));
		},
	},
	{
		id: 'output.earlier',
		keys: ['['],
		label: 'earlier attempt',
		help: 'the log of the attempt before',
		isQuiet: true,
		disabled: oneTask,
		run(tools) {
			toAttempt(tools, -1);
		},
	},
	{
		id: 'output.later',
		keys: [']'],
		label: 'later attempt',
		help: 'the log of the attempt after',
		isQuiet: true,
		disabled: oneTask,
		run(tools) {
			toAttempt(tools, 1);
		},
	},
	{
		id: 'output.pictures',
		keys: ['i'],
		label: 'pictures',
		help: 'the picture files that the lines here name, from the last',
		command: 'pictures-of',
		isQuiet: true,
		disabled: noLog,
		run(tools) {
			const files = picturesInLines(
				shownLines(tools.view().slice).map(({text}) => text),
			);
			if (files.length === 0) {
				tools.notice(
					'info',
					'no line that is here names a picture file by its whole path',
				);
				return;
			}

			tools.open('pictures', {pictures: {files, at: files.length - 1}});
		},
	},
	{
		id: 'output.copy',
		keys: ['y'],
		label: 'copy',
		help: 'copy the lines that are here to the clipboard',
		isQuiet: true,
		disabled: noLog,
		run(tools) {
			const view = tools.view();
			tools.copy(textOf(view), plural(shownLines(view.slice).length, 'line'));
		},
	},
	{
		id: 'output.save',
		keys: ['s'],
		label: 'save',
		help: 'save the lines that are here in a file of this machine',
		command: 'save',
		isQuiet: true,
		disabled: noLog,
		run(tools) {
			const {slice} = tools.view();
			tools.openDialog(
				prompt({
					title: 'Save the log',
					label: 'file; one that is there already is not written over',
					text: `task-${slice.sources.map(({task}) => task).join('-')}.log`,
					check: (text) => (text.trim() === '' ? 'name a file' : undefined),
					async onSubmit(file) {
						const view = tools.view();
						await writeFile(file, textOf(view), {flag: 'wx'});
						tools.notice(
							'good',
							`saved ${plural(shownLines(view.slice).length, 'line')} in ${file}`,
						);
					},
				}),
			);
		},
	},
	{
		id: 'output.clear',
		keys: ['esc'],
		label: 'clear',
		help: 'show all lines again, and highlight none',
		isQuiet: true,
		disabled: ({slice}) =>
			slice.search === '' && !slice.isSeeking && !slice.isOnlyErrors
				? 'nothing is searched'
				: undefined,
		run(tools) {
			tools.update((slice) => ({
				...slice,
				search: '',
				context: undefined,
				isOnlyErrors: false,
				found: undefined,
				isSeeking: false,
			}));
		},
	},
];
