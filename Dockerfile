# The hub as an image: what it needs to run and nothing else, without root. `docker compose up` builds it.
ARG NODE=24.11-bookworm-slim

FROM node:${NODE} AS build
WORKDIR /app
COPY package.json package-lock.json ./
# No package we need has an install script, so none gets to run. Not `npm ci`: it refuses a lock file that lacks other
# platforms' optional packages, as one made behind a registry mirror does.
RUN npm install --ignore-scripts --no-audit --no-fund
COPY tsconfig.json ./
COPY src ./src
COPY connectors ./connectors
COPY plugins ./plugins
RUN npx tsc -b && node src/web/build.mjs && npm prune --omit=dev --ignore-scripts --no-audit --no-fund

FROM node:${NODE}
ENV NODE_ENV=production \
    CARRIER_HOST=0.0.0.0 \
    CARRIER_DATA_DIR=/data
WORKDIR /app
# All of it belongs to root: the hub writes to /data alone.
RUN install -d -o node -g node -m 700 /data
COPY package.json LICENSE ./
COPY --from=build /app/node_modules ./node_modules
COPY --from=build /app/dist ./dist
COPY characters ./characters
USER node
EXPOSE 3000
# Alive, whatever Redis and MongoDB do: whoever replaces containers by it must not do so while an engine is away.
HEALTHCHECK --interval=10s --timeout=8s --start-period=60s --retries=3 \
  CMD ["node", "/app/dist/src/cli/carrier.js", "probe", "--live"]
ENTRYPOINT ["node", "/app/dist/src/cli/carrier.js"]
CMD ["start"]
