// The built files have fixed names: Django's static files serve them, and what is committed can be compared.
import { defineConfig } from "vite";

export default defineConfig({
  base: "./",
  build: {
    outDir: "../static/sette/build",
    emptyOutDir: true,
    target: "es2022",
    modulePreload: false,
    rollupOptions: {
      input: { builder: "src/main.tsx", designer: "src/designer/main.tsx", demo: "src/demo/main.ts" },
      output: {
        entryFileNames: "[name].js",
        chunkFileNames: "[name].js",
        assetFileNames: "[name][extname]",
        codeSplitting: {
          groups: [
            { name: "loading", test: /preload-helper/, priority: 2 },
            { name: "react", test: /node_modules\/(react|react-dom|scheduler|use-sync-external-store)\// },
            { name: "segment", test: /node_modules\/(@segment|@lukeed|tslib|dset|js-cookie|spark-md5|unfetch)\// },
            { name: "rules", test: /src\/(mount|Filters|Builder|Group|Line|Where|Mover|Panels|Settings|tree)\.tsx?$|node_modules\/react-querybuilder/ },
          ],
        },
      },
    },
  },
});
