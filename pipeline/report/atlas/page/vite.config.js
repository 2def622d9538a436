import { readFileSync, writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { defineConfig } from 'vite'

const here = import.meta.dirname
const fonts = resolve(here, '../../../../data/fonts')

// What is bundled travels with its licences.
const bundled = [
  ['OpenSeadragon', 'node_modules/openseadragon/LICENSE.txt'],
  ['MiniSearch', 'node_modules/minisearch/LICENSE.txt'],
  ['The font Vollkorn', resolve(fonts, 'vollkorn/OFL.txt')],
]

const licences = {
  name: 'licences',
  writeBundle(options) {
    const texts = bundled.map(([name, file]) => `${name}\n\n${readFileSync(resolve(here, file), 'utf8').trim()}\n`)
    writeFileSync(resolve(options.dir, 'LICENCES.txt'), texts.join(`\n${'-'.repeat(80)}\n\n`))
  },
}

// OpenSeadragon would write a style into the page, which allows no style but its own.
const injected = "if (!document.querySelector('style[data-openseadragon-mobile-css]'))"
const noInjectedStyle = {
  name: 'no-injected-style',
  transform(code, id) {
    if (!/openseadragon\.js$/.test(id)) return null
    if (!code.includes(injected)) throw new Error(`${id} no longer says: ${injected}`)
    return { code: code.replace(injected, 'if (false)'), map: null }
  },
}

// A browser that opens a file runs classic scripts alone: hence one script that is no module.
export default defineConfig({
  root: here,
  plugins: [noInjectedStyle, licences],
  resolve: { alias: { '@fonts': fonts } },
  build: {
    outDir: process.env.ATLAS_OUT ?? resolve(here, '../../../../data/atlas'),
    emptyOutDir: true,
    target: 'es2022',
    assetsInlineLimit: 200000,
    cssCodeSplit: false,
    lib: { entry: resolve(here, 'src/main.ts'), name: 'tablekinAtlas', formats: ['iife'], fileName: () => 'app.js', cssFileName: 'app' },
  },
})
