export const unicodeBorder = {
	topLeft: '╭',
	top: '─',
	topRight: '╮',
	left: '│',
	bottomLeft: '╰',
	bottom: '─',
	bottomRight: '╯',
	right: '│',
} as const;

export const asciiBorder = {
	topLeft: '+',
	top: '-',
	topRight: '+',
	left: '|',
	bottomLeft: '+',
	bottom: '-',
	bottomRight: '+',
	right: '|',
} as const;
