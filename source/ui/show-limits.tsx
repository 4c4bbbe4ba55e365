import {Box, Text} from 'ink';
import {Table} from 'ink-table';
import {choose} from './dialogs/choose.js';
import {confirm} from './dialogs/confirm.js';
import {asDialog, type DialogView} from './dialogs/dialog.js';
import {prompt} from './dialogs/prompt.js';
import type {AnswerTo} from './farm.js';
import {shellWord} from './text/shell-word.js';
import {plain} from './text/plain.js';
import {whyReadOnly} from './state.js';
import type {Tools} from './tools.js';

type Limits = AnswerTo<'limit.list'>['limits'];
type Content = {readonly limits: Limits};

/** Licences and other tokens of the whole farm, with what is in use. */
export const showLimits = async (tools: Tools): Promise<void> => {
	const {limits} = await tools.farm.request('limit.list', {});
	tools.openDialog(
		asDialog<Content>({
			title: 'Limits',
			content: {limits},
			hints: () => [
				{key: 's', label: 'set one'},
				{key: 'x', label: 'delete one'},
				{key: 'esc', label: 'close'},
			],
			onInput(_content, event) {
				if (event.kind !== 'key') {
					return undefined;
				}

				const why = whyReadOnly(tools.state());
				switch (event.name) {
					case 's':
					case 'x': {
						return {
							isClosed: true,
							act() {
								if (why !== undefined) {
									tools.notice('info', `limits: ${why}`);
								} else if (event.name === 's') {
									askToSet(tools);
								} else {
									askToDelete(tools, limits);
								}
							},
						};
					}

					case 'q': {
						return {isClosed: true};
					}

					default: {
						return undefined;
					}
				}
			},
			Component: LimitsView,
		}),
	);
};

/** `houdini 4`: a name, and how many there are. */
const parseLimit = (
	text: string,
): {readonly name: string; readonly total: number} | undefined => {
	const match = /^(?<name>\S+)\s+(?<total>\d+)$/v.exec(text.trim())?.groups;
	return match && {name: match['name']!, total: Number(match['total'])};
};

const askToSet = (tools: Tools): void => {
	tools.openDialog(
		prompt({
			title: 'Set a limit',
			label: 'its name and how many there are, as in: houdini 4',
			check: (text) =>
				parseLimit(text) === undefined ? 'write NAME NUMBER' : undefined,
			async onSubmit(text) {
				const limit = parseLimit(text);
				if (limit) {
					await tools.change({
						method: 'limit.set',
						params: limit,
						command: `limit set ${shellWord(limit.name)} ${limit.total}`,
						said: ({name, total}) => `the limit ${name} is ${total}`,
					});
				}
			},
		}),
	);
};

const askToDelete = (tools: Tools, limits: Limits): void => {
	tools.openDialog(
		choose({
			title: 'Delete a limit',
			items: limits.map(({name, total}) => ({
				label: name,
				note: String(total),
				value: name,
			})),
			onChoose(name) {
				const command = `limit delete ${shellWord(name)}`;
				tools.openDialog(
					confirm({
						title: `Delete the limit ${name}?`,
						text: ['Tasks that ask for it cannot run until it is there again.'],
						command,
						async onYes() {
							await tools.change({
								method: 'limit.delete',
								params: {name},
								command,
								said: () => `deleted the limit ${name}`,
							});
						},
					}),
				);
			},
		}),
	);
};

function LimitsView({content: {limits}, theme}: DialogView<Content>) {
	if (limits.length === 0) {
		return <Text>There are none: s sets one.</Text>;
	}

	const isAscii = theme.glyphs.vertical === '|';
	return (
		<Box>
			<Table
				data={limits.map(({name, total, in_use: used}) => ({
					limit: plain(name),
					total,
					'in use': used,
					free: Math.max(0, total - used),
				}))}
				columns={[
					'limit',
					{key: 'total', align: 'right'},
					{key: 'in use', align: 'right'},
					{key: 'free', align: 'right'},
				]}
				header={PlainCell}
				cell={PlainCell}
				skeleton={isAscii ? AsciiSkeleton : PlainCell}
			/>
		</Box>
	);
}

type CellProperties = {readonly children?: React.ReactNode};

function PlainCell({children}: CellProperties) {
	return <Text>{children}</Text>;
}

function AsciiSkeleton({children}: CellProperties) {
	// The table's lines are texts.
	const text = typeof children === 'string' ? children : '';
	return (
		<Text>
			{text
				.replaceAll(/[┌┐└┘├┤┬┴┼]/gv, '+')
				.replaceAll('─', '-')
				.replaceAll('│', '|')}
		</Text>
	);
}
