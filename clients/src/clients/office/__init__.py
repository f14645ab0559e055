"""The clerk's pages: applications, sheets, tablets, tariffs, accounts, communications."""
