import test from 'ava';
import stringWidth from 'string-width';
import {boxShape} from '../scripts/pictures/box-shapes.js';
import {ownColours, paintedCells} from '../scripts/pictures/painted-cells.js';
import {terminalSvg} from '../scripts/pictures/terminal-svg.js';

const escape = '\u{1B}[';
const cellsOf = (painted: string) => paintedCells(painted, stringWidth);

test('a cell has the colours and weight that were in force before it, over the end of a line too', (t) => {
	const [first, second] = cellsOf(
		`a${escape}1;91mb${escape}22;39mc${escape}48;5;238md\ne${escape}0mf`,
	);
	const [a, b, c, d] = first ?? [];
	t.like(a?.look, {isBold: false});
	t.is(a?.look.colour, undefined);
	t.like(b?.look, {isBold: true, colour: ownColours[9]});
	t.is(c?.look.colour, undefined);
	t.like(c?.look, {isBold: false});
	t.is(d?.look.backdrop, '#444444');
	t.is(second?.[0]?.look.backdrop, '#444444');
	t.is(second?.[1]?.look.backdrop, undefined);
});

test('colours are told by their number among 256, or by their parts', (t) => {
	const [cells] = cellsOf(
		`${escape}38;5;1ma${escape}38;5;21mb${escape}38;2;1;2;255;3mc${escape}38:5:196md`,
	);
	t.deepEqual(
		cells?.map(({look}) => look.colour),
		[ownColours[1], '#0000ff', '#0102ff', '#ff0000'],
	);
	t.deepEqual(
		cells?.map(({look}) => look.isItalic),
		[false, false, true, true],
	);
});

test('other escape sequences leave nothing behind, and wide characters take two columns', (t) => {
	const [cells] = cellsOf(`${escape}?25l${escape}2K日本e\u{301}\u{1B}7x`);
	t.deepEqual(
		cells?.map(({text, column, width}) => [text, column, width]),
		[
			['日', 0, 2],
			['本', 2, 2],
			['e\u{301}', 4, 1],
			['x', 5, 1],
		],
	);
});

test('lines of neighbouring cells meet', (t) => {
	const place = {x: 10, y: 20, width: 8, height: 16};
	t.deepEqual(boxShape('─', place), {
		kind: 'line',
		thickness: 1.3,
		path: 'M14 28L18 28M14 28L10 28',
	});
	t.like(boxShape('╭', place), {path: 'M18 28Q14 28 14 36'});
	t.like(boxShape('▄', place), {path: 'M10 28H18V36H10Z', opacity: 1});
	t.is(boxShape('a', place), undefined);
});

test('a picture holds its text, escaped, each word where it was', (t) => {
	const svg = terminalSvg(
		cellsOf(`${escape}92mok${escape}39m   a<b & "c"\n${escape}7m x`),
		{columns: 20, title: 'A <screen>'},
	);
	t.regex(svg, /<title>A &lt;screen&gt;<\/title>/v);
	t.regex(svg, />ok<\/text>/v);
	t.regex(svg, />a&lt;b &amp; "c"<\/text>/v);
	const [ok, words] = svg
		.matchAll(/<text x="(?<x>[\d.]+)"/gv)
		.map(({groups}) => Number(groups?.['x']))
		.toArray();
	t.is(Math.round(((words ?? 0) - (ok ?? 0)) / 8.43), 5);
	t.is(svg.match(/<rect/gv)?.length, 2);
});
