// Prints what MDN's HTTP Observatory says of a site: node scan.js HOST:PORT
// It asks one port in both ways; nginx leads who speaks plain HTTP to the port of TLS on to https.
import { scan } from "@mdn/mdn-http-observatory";

const { scan: result, tests } = await scan(process.argv[2]);
const outcomes = Object.fromEntries(Object.entries(tests).map(([name, test]) => [name, [test.pass, test.result]]));
console.log(JSON.stringify({ grade: result.grade, score: result.score, error: result.error, outcomes }));
