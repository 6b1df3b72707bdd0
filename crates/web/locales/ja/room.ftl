# Names of the rooms.

room-today = 今日
room-findings = 認定事実
room-submissions = 提出物
room-registries = 名簿
room-people = 人
room-forms = フォーム
room-devices = 電話
room-record = 記録
room-settings = 設定
room-ledger = 台帳
room-account = 自分のアカウント
room-accounts = アカウント
