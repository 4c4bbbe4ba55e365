import {Lines} from '../../components/lines.js';
import {choose} from '../../dialogs/choose.js';
import {confirm} from '../../dialogs/confirm.js';
import {asDialog, type DialogView} from '../../dialogs/dialog.js';
import {atTop, clearMarks} from '../../list/list-state.js';
import type {ScreenTools} from '../../screen.js';
import {countText, plural} from '../../text/amount-text.js';
import {shellWord} from '../../text/shell-word.js';
import {fit, fitLine, widthOf, type Line} from '../../text/span.js';
import {wrapText} from '../../text/wrap-text.js';
import {outcomeText} from './act-on-tasks.js';
import {errorCauses, type ErrorCause} from './error-causes.js';
import {taskFilter} from './task-filter.js';
import type {TasksSlice} from './tasks-slice.js';

type Tools = ScreenTools<TasksSlice>;
type Content = {
	readonly causes: readonly ErrorCause[];
	readonly cursor: number;
};

const mostErrors = 10_000;

/** The errors of this list by what caused them; one key for all of a cause. */
export const showCauses = async (tools: Tools): Promise<void> => {
	const {slice, scope} = tools.view();
	const {text: _text, ...filter} = taskFilter(slice.list.filter, scope);
	const [{tasks, more}, {workers}] = await Promise.all([
		tools.farm.request('task.list', {
			filter: {...filter, states: ['error']},
			limit: mostErrors,
		}),
		tools.farm.request('worker.list', {}),
	]);
	if (tasks.length === 0) {
		tools.notice('good', 'nothing is in error here');
		return;
	}

	const causes = errorCauses(tasks, workers);
	tools.openDialog(
		asDialog<Content>({
			title: titleOf(causes, {count: tasks.length, more}),
			isLarge: true,
			content: {causes, cursor: 0},
			hints: () => [
				{key: 'enter', label: 'mark them'},
				{key: 'r', label: 'retry them'},
				{key: 'd', label: 'drain where they failed'},
				{key: 'esc', label: 'close'},
			],
			onInput(content, event) {
				if (event.kind !== 'key') {
					return undefined;
				}

				const cause = content.causes[content.cursor]!;
				const to = (cursor: number) => ({
					content: {
						...content,
						cursor: Math.max(0, Math.min(content.causes.length - 1, cursor)),
					},
				});
				switch (event.name) {
					case 'j':
					case 'down': {
						return to(content.cursor + 1);
					}

					case 'k':
					case 'up': {
						return to(content.cursor - 1);
					}

					case 'g':
					case 'home': {
						return to(0);
					}

					case 'G':
					case 'end': {
						return to(Infinity);
					}

					case 'enter': {
						return {
							isClosed: true,
							act() {
								markThese(tools, cause);
							},
						};
					}

					case 'r': {
						return {isClosed: true, act: async () => retryAll(tools, cause)};
					}

					case 'd': {
						return {
							isClosed: true,
							act() {
								drain(tools, cause);
							},
						};
					}

					default: {
						return undefined;
					}
				}
			},
			Component: CausesView,
		}),
	);
};

/** `212 tasks in error, one cause, 3 hosts` */
const titleOf = (
	causes: readonly ErrorCause[],
	{count, more}: {readonly count: number; readonly more: boolean},
): string => {
	const [only, ...others] = causes;
	return [
		`${more ? 'More than ' : ''}${plural(count, 'task')} in error`,
		...(only !== undefined && others.length === 0
			? ['one cause', plural(only.hosts.length, 'host')]
			: [plural(causes.length, 'cause')]),
	].join(', ');
};

const markThese = (tools: Tools, {ids}: ErrorCause): void => {
	tools.update((slice) => ({
		...slice,
		list: {
			...atTop(clearMarks(slice.list)),
			filter: 'state:error',
			marks: new Set<number>(ids),
		},
	}));
};

const retryAll = async (tools: Tools, {ids}: ErrorCause): Promise<void> => {
	await tools.change({
		method: 'task.act',
		params: {action: 'retry', select: {ids: [...ids]}},
		command: `task retry ${ids.join(' ')}`,
		said: outcomeText('retried'),
	});
};

const drain = (tools: Tools, {workers}: ErrorCause): void => {
	const ask = (names: readonly string[]): void => {
		const command = `worker drain ${names.map((name) => shellWord(name)).join(' ')}`;
		tools.openDialog(
			confirm({
				title: `Drain ${names.join(', ')}?`,
				text: ['It takes no new work until it is resumed; what runs goes on.'],
				command,
				async onYes() {
					await tools.change({
						method: 'worker.act',
						params: {action: 'drain', workers: [...names]},
						command,
						said: ({changed}) => `drained ${plural(changed, 'worker')}`,
					});
				},
			}),
		);
	};

	const [only, ...others] = workers;
	if (only === undefined) {
		tools.notice('info', 'these errors happened on no worker');
	} else if (others.length === 0) {
		ask([only]);
	} else {
		tools.openDialog(
			choose({
				title: 'Drain which worker',
				items: [
					{label: 'all of them', value: workers},
					...workers.map((name) => ({label: name, value: [name]})),
				],
				onChoose: ask,
			}),
		);
	}
};

function CausesView({
	content: {causes, cursor},
	theme,
	columns,
	rows,
}: DialogView<Content>) {
	const selected = causes[cursor]!;
	const about: readonly Line[] = [
		[],
		...wrapText(selected.example, columns)
			.slice(0, 6)
			.map((text): Line => [{text, role: 'error'}]),
		[{text: 'nodes    ', role: 'dim'}, {text: selected.nodes.join(', ')}],
		[
			{text: 'workers  ', role: 'dim'},
			{text: selected.workers.length === 0 ? '-' : selected.workers.join(', ')},
		],
		[
			{text: 'tasks    ', role: 'dim'},
			{text: selected.ids.slice(0, 30).join(' ')},
		],
	];
	const height = Math.max(3, rows - about.length);
	const top = Math.max(
		0,
		Math.min(cursor - height + 1, causes.length - height),
	);
	const list = causes.slice(top, top + height).map((cause, index) => {
		const before = `${countText(cause.ids.length).padStart(6)}  `;
		const reason = `${cause.reason.padEnd(10)} `;
		const hosts = `  ${plural(cause.hosts.length, 'host').padStart(8)}`;
		return {
			line: [
				{text: before, role: 'error'},
				{text: reason, role: 'dim'},
				{
					text: fit(
						cause.pattern,
						columns - widthOf(before) - widthOf(reason) - widthOf(hosts),
					),
				},
				{text: hosts, role: 'dim'},
			] satisfies Line,
			...(top + index === cursor && {backdrop: 'selected' as const}),
		};
	});
	return (
		<Lines
			lines={[
				...list,
				...about.map((line) => ({line: fitLine(line, columns)})),
			]}
			theme={theme}
		/>
	);
}
