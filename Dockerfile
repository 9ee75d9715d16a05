# The image of a release: goreleaser puts the binaries beside this file, by platform.
FROM scratch
ARG TARGETPLATFORM
COPY ${TARGETPLATFORM}/unitvet /usr/bin/unitvet
WORKDIR /src
ENTRYPOINT ["/usr/bin/unitvet"]
CMD ["check"]
