/** The name of a frame's file; in the order of frames when sorted by name. */
export const frameFile = (frame: number): string =>
	`frame.${String(frame).padStart(4, '0')}.png`;
