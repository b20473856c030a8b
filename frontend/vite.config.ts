// The built files have fixed names: Django's static files serve them, and what is committed can be compared.
import { defineConfig } from "vite";

export default defineConfig({
  build: {
    outDir: "../static/sette/build",
    emptyOutDir: true,
    target: "es2022",
    modulePreload: false,
    cssCodeSplit: false,
    rollupOptions: {
      input: "src/main.tsx",
      output: {
        entryFileNames: "builder.js",
        assetFileNames: "builder[extname]",
        codeSplitting: false,
      },
    },
  },
});
