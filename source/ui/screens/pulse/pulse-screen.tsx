import {Box} from 'ink';
import {DetailPane} from '../../components/detail-pane.js';
import {countText} from '../../text/amount-text.js';
import {defineScreen, type View} from '../../screen.js';
import type {Line} from '../../text/span.js';

type PulseSlice = Readonly<Record<string, never>>;

/** The farm's health at a glance. */
export const pulseScreen = defineScreen<PulseSlice>({
	name: 'pulse',
	title: 'Pulse',
	aliases: ['health', 'p'],
	help: "the farm's health on one screen",
	open: () => ({}),
	crumb: () => 'pulse',
	watches: () => ({}),
	bindings: [],
	Component: PulseBody,
});

function PulseBody({view}: {readonly view: View<PulseSlice>}) {
	const counts = view.state.live['header/tasks']?.counts ?? {};
	return (
		<Box>
			<DetailPane
				view={view}
				lines={Object.entries(counts).map(([state, count]): Line => [
					{text: state.padEnd(24), role: 'dim'},
					{text: countText(count).padStart(12)},
				])}
				top={0}
				size={view.body}
				hasRule={false}
			/>
		</Box>
	);
}
