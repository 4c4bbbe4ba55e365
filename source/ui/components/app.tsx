import {Box, Text} from 'ink';
import {useSyncExternalStore} from 'react';
import {layoutOf, smallestColumns, smallestRows} from '../layout.js';
import {viewOf, type Screens} from '../reduce.js';
import {currentPlace} from '../state.js';
import type {Store} from '../store.js';
import type {Theme} from '../theme/theme.js';
import {crumbsLine} from './crumbs.js';
import {DialogFrame} from './dialog-frame.js';
import {footerLine} from './footer.js';
import {headerLine} from './header.js';
import {Lines} from './lines.js';

/** The whole screen, a function of the state. */
export function App({
	store,
	screens,
	theme,
}: {
	readonly store: Store;
	readonly screens: Screens;
	readonly theme: Theme;
}) {
	const state = useSyncExternalStore(store.subscribe, store.shown);
	const {columns, rows} = state.size;
	if (layoutOf(state).isTooSmall) {
		return (
			<Box width={columns} height={rows}>
				<Text wrap="wrap">
					{`The viewer needs ${smallestColumns}×${smallestRows}; this terminal has ${columns}×${rows}. q quits.`}
				</Text>
			</Box>
		);
	}

	const place = currentPlace(state);
	const {Component} = screens[place.screen];
	const dialog = state.dialogs.at(-1);
	return (
		<Box flexDirection="column" width={columns} height={rows}>
			<Lines
				lines={[
					{line: headerLine(state, theme.glyphs)},
					{line: crumbsLine(state, screens, theme)},
				]}
				theme={theme}
			/>
			{/* Not clipped, which would cost a fifth of each frame: what screens draw has its exact size. */}
			<Box height={rows - 3} width={columns}>
				<Component key={place.id} view={viewOf(state, theme)} />
			</Box>
			<Lines
				lines={[{line: footerLine(state, screens, theme)}]}
				theme={theme}
			/>
			{dialog && <DialogFrame dialog={dialog} state={state} theme={theme} />}
		</Box>
	);
}
