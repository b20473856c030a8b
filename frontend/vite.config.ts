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
      input: { builder: "src/main.tsx", designer: "src/designer/main.tsx" },
      output: {
        entryFileNames: "[name].js",
        chunkFileNames: "[name].js",
        assetFileNames: "[name][extname]",
        codeSplitting: {
          groups: [
            { name: "react", test: /node_modules\/(react|react-dom|scheduler|use-sync-external-store)\// },
            { name: "rules", test: /src\/(mount|Filters|Builder|Group|Line|Where|Mover|Panels|Settings|tree)\.tsx?$|node_modules\/react-querybuilder/ },
          ],
        },
      },
    },
  },
});
