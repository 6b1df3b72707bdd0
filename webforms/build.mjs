import { readFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const here = (path) => fileURLToPath(new URL(path, import.meta.url));

// The English words are the keys of the Korean list.
const source = readFileSync(here("src/words.js"), "utf8");
const list = source.slice(source.indexOf("const korean"), source.indexOf("const japanese"));
const english = [...list.matchAll(/^ {2}"([^"]+)":/gm)].map((match) => match[1]);
const ERRORS = "questions with errors";

// A picture of one clear dot, where the map would ask a server for tiles.
const NO_TILE = "data:image/gif;base64,R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7";
const places = [
  ["https://tile.openstreetmap.org/{z}/{x}/{y}.png", () => NO_TILE],
  ['"https://getodk.org"', () => '"#"'],
  [/@font-face\s*\{[^}]*\}/g, () => ""],
  [/`\$\{(\w+)\} questions with errors\.`/g, (_, count) => `deungdaeErrors(${count})`],
  ...english.filter((words) => words !== ERRORS).map((words) => [JSON.stringify(words), (word) => `deungdaeWords(${word})`]),
];

/** Changes the library place by place; the build stops if a place is no longer there. */
const adapt = {
  name: "adapt-web-forms",
  setup({ onLoad, onEnd }) {
    const unseen = new Set(places);
    onLoad({ filter: /@getodk[\\/]web-forms[\\/]dist[\\/].*\.js$/ }, async ({ path }) => {
      let contents = await readFile(path, "utf8");
      for (const place of places) {
        contents = contents.replaceAll(place[0], (...found) => {
          unseen.delete(place);
          return place[1](...found);
        });
      }
      return { contents, loader: "js" };
    });
    onEnd(() => ({ errors: [...unseen].map(([place]) => ({ text: `no longer in web-forms: ${place}` })) }));
  },
};

await build({
  entryPoints: [here("src/main.js")],
  outfile: here("../crates/web/assets/webforms/webforms.js"),
  bundle: true,
  minify: true,
  format: "esm",
  target: "es2022",
  charset: "utf8",
  legalComments: "none",
  define: {
    "process.env.NODE_ENV": '"production"',
    __VUE_OPTIONS_API__: "true",
    __VUE_PROD_DEVTOOLS__: "false",
    __VUE_PROD_HYDRATION_MISMATCH_DETAILS__: "false",
  },
  plugins: [adapt],
  logLevel: "info",
});
