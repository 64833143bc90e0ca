.PHONY: conformance
conformance: $(O)/echo.fcgi $(O)/director-run ## the echo server for protocol suites (PORT=8080 VAR=var)
	@CORS_ORIGINS="$${CORS_ORIGINS:-*}" exec $(O)/director-run --with-make --root . \
	  --port "$(PORT)" --var "$(VAR)" --app $(O)/echo.fcgi --no-worker --no-migrate
