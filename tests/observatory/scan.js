// Prints what MDN's HTTP Observatory says of a site: node scan.js HOST HTTP_PORT HTTPS_PORT
import { scan } from "@mdn/mdn-http-observatory";

const [host, httpPort, httpsPort] = process.argv.slice(2);
const { scan: result, tests } = await scan(host, { httpPort: Number(httpPort), httpsPort: Number(httpsPort) });
const outcomes = Object.fromEntries(Object.entries(tests).map(([name, test]) => [name, [test.pass, test.result]]));
console.log(JSON.stringify({ grade: result.grade, score: result.score, error: result.error, outcomes }));
