export type Address = {readonly host: string; readonly port: number};

/** `192.168.0.2:1384`, `[fd00::2]:1384`. An IPv4 address in IPv6's clothes is shown as what it is. */
export const formatAddress = ({host, port}: Address): string => {
	const plain = host.replace(/^::ffff:(?=\d+\.)/v, '');
	return plain.includes(':') ? `[${plain}]:${port}` : `${plain}:${port}`;
};
